// The styles of a workbook: fonts, fills, borders, alignment and number formats.

/** The role of a cell, which determines its font, border, fill and alignment. */
export type Role =
  | 'plain'
  /** The title of a sheet. */
  | 'title'
  /** The title of a part, such as 一、总体情况. */
  | 'section'
  | 'paragraph'
  | 'note'
  /** Names a column. */
  | 'heading'
  /** Names a row. */
  | 'label'
  /** A cell of a table. */
  | 'figure'
  /** A figure of a template that a person fills in. */
  | 'input'
  /** A figure of a template that a formula computes. */
  | 'sum'

interface Look {
  font?: 'bold' | 'title' | 'section' | 'note'
  fill?: 'heading' | 'input' | 'sum'
  border?: boolean
  horizontal: 'left' | 'center' | 'general'
  vertical: 'center' | 'top'
  wrap: boolean
}

const LOOKS: Record<Role, Look> = {
  plain: { horizontal: 'general', vertical: 'center', wrap: false },
  title: { font: 'title', horizontal: 'center', vertical: 'center', wrap: true },
  section: { font: 'section', horizontal: 'left', vertical: 'center', wrap: true },
  paragraph: { horizontal: 'left', vertical: 'top', wrap: true },
  note: { font: 'note', horizontal: 'left', vertical: 'top', wrap: true },
  heading: { font: 'bold', fill: 'heading', border: true, horizontal: 'center', vertical: 'center', wrap: true },
  label: { border: true, horizontal: 'left', vertical: 'center', wrap: true },
  figure: { border: true, horizontal: 'center', vertical: 'center', wrap: true },
  input: { border: true, fill: 'input', horizontal: 'center', vertical: 'center', wrap: true },
  sum: { border: true, fill: 'sum', horizontal: 'center', vertical: 'center', wrap: true }
}

const FONTS = {
  plain: [11, ''],
  bold: [11, '<b/>'],
  title: [18, '<b/>'],
  section: [14, '<b/>'],
  note: [9, '']
} as const
const FILLS = { heading: 'FFF2F2F2', input: 'FFFFF8DC', sum: 'FFE8EEF4' }
const FONT_NAMES = Object.keys(FONTS)
const FILL_NAMES = Object.keys(FILLS)
/** Ids below are those of built-in number formats. */
const FIRST_FORMAT = 164

/** Collects the styles that the cells of a workbook use, and numbers them. */
export class Styles {
  readonly #ids = new Map<string, number>()
  readonly #formats = new Map<string, number>()
  readonly #xml: string[] = []

  constructor () {
    this.idOf('plain', 'General', false)
  }

  /** `format` is a number format such as `0.00`; `isQuoted` keeps a text that looks like a formula a text. */
  idOf (role: Role, format: string, isQuoted: boolean): number {
    const key = `${role} ${isQuoted} ${format}`
    let id = this.#ids.get(key)
    if (id === undefined) {
      this.#ids.set(key, id = this.#xml.length)
      this.#xml.push(this.#cellStyle(LOOKS[role], format, isQuoted))
    }
    return id
  }

  /** The part `xl/styles.xml`. */
  xml (): string {
    const counted = (name: string, items: string[]) => `<${name} count="${items.length}">${items.join('')}</${name}>`
    const solid = (colour: string) =>
      `<fill><patternFill patternType="solid"><fgColor rgb="${colour}"/><bgColor indexed="64"/></patternFill></fill>`
    const edges = ['left', 'right', 'top', 'bottom'].map(edge =>
      `<${edge} style="thin"><color rgb="FF404040"/></${edge}>`
    )
    return '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
      (this.#formats.size === 0
        ? ''
        : counted(
          'numFmts',
          [...this.#formats].map(([code, id]) => `<numFmt numFmtId="${id}" formatCode="${escapeCode(code)}"/>`)
        )) +
      counted(
        'fonts',
        Object.values(FONTS).map(([size, more]) =>
          `<font>${more}<sz val="${size}"/><color rgb="FF000000"/><name val="宋体"/><charset val="134"/></font>`
        )
      ) +
      counted('fills', [
        '<fill><patternFill patternType="none"/></fill>',
        '<fill><patternFill patternType="gray125"/></fill>',
        ...Object.values(FILLS).map(solid)
      ]) +
      counted('borders', [
        '<border><left/><right/><top/><bottom/><diagonal/></border>',
        `<border>${edges.join('')}<diagonal/></border>`
      ]) +
      counted('cellStyleXfs', ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>']) +
      counted('cellXfs', this.#xml) +
      counted('cellStyles', ['<cellStyle name="常规" xfId="0" builtinId="0"/>']) +
      '</styleSheet>'
  }

  #cellStyle (
    { font = 'plain' as const, fill, border, horizontal, vertical, wrap }: LookOf,
    format: string,
    isQuoted: boolean
  ): string {
    const fillId = fill === undefined ? 0 : FILL_NAMES.indexOf(fill) + 2
    return `<xf numFmtId="${this.#formatId(format)}" fontId="${
      FONT_NAMES.indexOf(font)
    }" fillId="${fillId}" borderId="${
      border === true ? 1 : 0
    }" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"${
      isQuoted ? ' quotePrefix="1"' : ''
    }><alignment horizontal="${horizontal}" vertical="${vertical}"${wrap ? ' wrapText="1"' : ''}/></xf>`
  }

  #formatId (format: string): number {
    if (format === 'General') return 0
    const id = this.#formats.get(format) ?? FIRST_FORMAT + this.#formats.size
    this.#formats.set(format, id)
    return id
  }
}

type LookOf = Omit<Look, 'font'> & { font?: keyof typeof FONTS }

const escapeCode = (code: string): string => code.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
