"""The face: tokens, components, navigation and words and numbers as people read them. Knows `core`, never an app."""
