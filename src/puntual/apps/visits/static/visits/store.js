// What waits in the phone: IndexedDB, because photos do not fit elsewhere.
const open = () =>
  new Promise((done, failed) => {
    const asked = indexedDB.open("visitas", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("pending", { keyPath: "id", autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });

const within = async (mode, act) => {
  const db = await open();
  return new Promise((done, failed) => {
    const run = db.transaction("pending", mode);
    const asked = act(run.objectStore("pending"));
    run.oncomplete = () => done(asked.result);
    run.onerror = () => failed(run.error);
  });
};

export const pending = () => within("readonly", (store) => store.getAll());
export const keep = (one) => within("readwrite", (store) => store.add(one));
export const drop = (id) => within("readwrite", (store) => store.delete(id));
