"""Letters on paper: a page per person with the address where an envelope's window is, one PDF or many in one."""

from puntual.adapters.letter_pdf.document import LetterPage, letters_pdf
from puntual.adapters.letter_pdf.transport import LetterChannel

__all__ = ["LetterChannel", "LetterPage", "letters_pdf"]
