// Texts in CSV that a spreadsheet would run as a formula. They are written with a leading apostrophe, which makes a
// spreadsheet show them as text, and read without it. A text that begins with apostrophes and one of those characters
// gets one more, so that every text is read as it was.
const FORMULA = /^'*[=+\-@\t\r]/
const ESCAPED = /^'+[=+\-@\t\r]/

/** Numbers, and the marks for "not applicable". */
const FIGURE = /^\s*([+-]?\d[\d.,]*%?|[-/—－／]+)\s*$/

export const escapeFormula = (text: string): string => FORMULA.test(text) ? `'${text}` : text

export const unescapeFormula = (field: string): string => ESCAPED.test(field) ? field.slice(1) : field

/** Escapes a field as it was sent. Figures stay as they are, and what is escaped already is not escaped again. */
export function escapeField (field: string): string {
  const text = unescapeFormula(field)
  return FIGURE.test(text) ? text : escapeFormula(text)
}
