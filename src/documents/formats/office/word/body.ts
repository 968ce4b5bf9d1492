// Parses the body of a .docx as it looks with all tracked changes accepted.
import { checkLimit } from '../../limits.ts'
import { SIGN, StyledText } from '../../styled-text.ts'
import { readXml } from '../xml.ts'
import { type Block, requireTable, setCell, setRow, type WordCell, type WordTable } from './blocks.ts'
import { Fields } from './fields.ts'
import { type Format, isOn, type RunStyle, setFormat, setTextFill, styleOfRun } from './format.ts'
import type { Styles } from './styles.ts'

interface Paragraph {
  text: StyledText
  lines: string[]
  after: Block[]
  style: string | null
  direct: Format
}

interface Run {
  style: string | null
  direct: Format
  /** Known once the first text of the run is added. */
  shown: RunStyle | null
}

/** Deleted or moved text, former properties, and pinyin above characters. */
const SKIPPED = new Set(
  ('del moveFrom rt pPrChange rPrChange tblPrChange ' +
    'tblPrExChange tblGridChange trPrChange tcPrChange sectPrChange numberingChange').split(' ')
)

/** Elements that stand for characters. A symbol (`sym`) may look like a digit, which its code does not reveal. */
const CHARACTERS = new Map([['tab', ' '], ['ptab', ' '], ['noBreakHyphen', '\u2011'], ['sym', '\uFFFD']])

/** Show something that is no text, unless they hold a text box. */
const PICTURES = new Set(['drawing', 'pict', 'object'])
/** Marks of notes, and numbers that Word puts in. */
const ORNAMENTS = new Set(['footnoteReference', 'endnoteReference', 'pgNum', 'commentReference'])
/** Parts of an equation that place its pieces. */
const EQUATIONS = new Set(
  'f sSup sSub sSubSup sPre rad d nary func limLow limUpp acc bar borderBox eqArr m groupChr phant'.split(' ')
)

export function readBody (xml: string, styles: Styles): Block[] {
  const body = new Body(styles)
  readXml(xml, body)
  return body.blocks
}

class Body {
  readonly blocks: Block[] = []
  readonly #styles: Styles
  readonly #containers: Block[][] = [this.blocks]
  readonly #tables: WordTable[] = []
  readonly #paragraphs: Paragraph[] = []
  readonly #runs: Run[] = []
  readonly #fields = new Fields()
  /** For each open content control, whether it shows a placeholder. */
  readonly #controls: boolean[] = []
  /** For each open picture, whether it holds a text box. */
  readonly #pictures: { hasText: boolean }[] = []
  /** For each open AlternateContent, whether one of its alternatives was taken. */
  readonly #chosen: boolean[] = []
  readonly #path: string[] = []
  #skippedDepth = 0
  #equations = 0
  #reversed = 0
  #rows = 0
  #cells = 0

  constructor (styles: Styles) {
    this.#styles = styles
  }

  open = (name: string, attributes: () => Record<string, string>): void => {
    const parent = this.#path.at(-1)
    this.#path.push(name)
    if (this.#skippedDepth > 0) {
      this.#skippedDepth++
      return
    }
    const row = this.#tables.at(-1)?.rows.at(-1)
    if (parent === 'trPr' && row !== undefined) setRow(row, name, attributes().val)
    if (this.#isSkipped(name)) this.#skippedDepth = 1
    else if (!this.#enter(name, attributes)) this.#setProperty(name, parent, attributes)
  }

  text = (text: string): void => {
    if (this.#skippedDepth > 0) return
    if (this.#path.at(-1) === 't') this.#add(text)
    else if (this.#path.at(-1) === 'instrText') this.#fields.addInstruction(text)
  }

  close = (name: string): void => {
    this.#path.pop()
    if (this.#skippedDepth > 0) this.#skippedDepth--
    else this.#leave(name)
  }

  #isSkipped (name: string): boolean {
    if (name !== 'Choice' && name !== 'Fallback') return SKIPPED.has(name)
    if (this.#chosen.length === 0 || this.#chosen.at(-1)!) return true
    this.#chosen[this.#chosen.length - 1] = true
    return false
  }

  /** Returns false for an element that is none of those that hold others. */
  #enter (name: string, attributes: () => Record<string, string>): boolean {
    if (name === 'AlternateContent') this.#chosen.push(false)
    else if (name === 'p') {
      this.#paragraphs.push({ text: new StyledText(), lines: [], after: [], style: null, direct: {} })
    } else if (name === 'r') this.#runs.push({ style: null, direct: {}, shown: null })
    else if (name === 'txbxContent') {
      for (const picture of this.#pictures) picture.hasText = true
      this.#containers.push(this.#paragraphs.at(-1)?.after ?? this.blocks)
    } else if (name === 'sdt') this.#controls.push(false)
    else if (PICTURES.has(name)) this.#pictures.push({ hasText: false })
    else if (name === 'oMath') this.#equations++
    else if (name === 'bdo' || name === 'dir') this.#reversed += attributes().val === 'rtl' ? 1 : 0
    else if (name === 'fldSimple') {
      const { instr, dirty } = attributes()
      this.#fields.begin(instr, { inResult: true, dirty: dirty !== undefined && isOn(dirty) })
    } else if (name === 'altChunk') this.#containers.at(-1)!.push({ id: attributes().id ?? '' })
    else return this.#enterTable(name)
    return true
  }

  #enterTable (name: string): boolean {
    if (name === 'tbl') this.#tables.push({ rows: [], style: null })
    else if (name === 'tr') {
      checkLimit('lines', ++this.#rows)
      requireTable(this.#tables.at(-1)).rows.push({ before: 0, cells: [], deleted: false })
    } else if (name === 'tc') {
      checkLimit('fields', ++this.#cells)
      const marks = { uncertain: false, unseen: false }
      const cell: WordCell = { width: 1, down: null, left: false, deleted: false, blocks: [], marks, ground: {} }
      requireTable(this.#tables.at(-1)?.rows.at(-1)).cells.push(cell)
      this.#containers.push(cell.blocks)
    } else return false
    return true
  }

  #leave (name: string): void {
    const text = this.#paragraphs.at(-1)?.text
    if (name === 'AlternateContent') this.#chosen.pop()
    else if (name === 'p' && this.#paragraphs.length > 0) {
      this.#endLine()
      const { lines, after } = this.#paragraphs.pop()!
      for (const block of [...lines, ...after]) this.#containers.at(-1)!.push(block)
    } else if (name === 'r') this.#runs.pop()
    else if (name === 'txbxContent' || name === 'tc') this.#containers.pop()
    else if (name === 'tbl') this.#containers.at(-1)!.push(this.#tables.pop()!)
    else if (name === 'sdt') this.#controls.pop()
    else if (name === 'oMath') this.#equations--
    else if (name === 'bdo' || name === 'dir') this.#reversed = Math.max(0, this.#reversed - 1)
    else if (this.#leavesSign(name)) text?.addSign()
  }

  /** Leaves what may show more than text; true if it does. */
  #leavesSign (name: string): boolean {
    if (PICTURES.has(name)) return this.#pictures.pop()?.hasText === false
    if (name === 'fldSimple') return this.#fields.end()
    return name === 'pPr' && this.#isListed()
  }

  #setProperty (name: string, parent: string | undefined, attributes: () => Record<string, string>): void {
    const paragraph = this.#paragraphs.at(-1)
    const run = this.#runs.at(-1)
    const cell = this.#cell()
    const table = this.#tables.at(-1)
    if (parent === 'tcPr' && cell !== undefined) setCell(cell, name, attributes())
    else if (parent === 'tblPr' && name === 'tblStyle' && table !== undefined) table.style = attributes().val ?? null
    else if (parent === 'rPr' && this.#path.at(-3) === 'r' && run !== undefined) {
      if (name === 'rStyle') run.style = attributes().val ?? null
      else setFormat(run.direct, name, attributes())
    } else if (run !== undefined && this.#path.includes('textFill')) setTextFill(run.direct, name, attributes().val)
    else if (name === 'showingPlcHdr' && this.#controls.length > 0) {
      this.#controls[this.#controls.length - 1] = isOn(attributes().val)
    } else if (paragraph !== undefined) this.#setInParagraph(paragraph, name, parent, attributes)
  }

  #setInParagraph (
    paragraph: Paragraph,
    name: string,
    parent: string | undefined,
    attributes: () => Record<string, string>
  ): void {
    if (parent === 'pPr' && name === 'pStyle') paragraph.style = attributes().val ?? null
    else if ((parent === 'pPr' && name === 'shd') || (parent === 'numPr' && name === 'numId')) {
      setFormat(paragraph.direct, name, attributes())
    } else if (parent === 'r' && (name === 'br' || name === 'cr')) this.#endLine()
    else if (parent === 'r' && CHARACTERS.has(name)) this.#add(CHARACTERS.get(name)!)
    else if (parent === 'r' && ORNAMENTS.has(name)) paragraph.text.addOrnament()
    else if (name === 'fldChar') this.#markField(paragraph, attributes())
    else if (this.#equations > 0 && EQUATIONS.has(name)) paragraph.text.addSign()
  }

  #markField ({ text }: Paragraph, { fldCharType, dirty }: Record<string, string>): void {
    if (fldCharType === 'begin') this.#fields.begin('', { dirty: dirty !== undefined && isOn(dirty) })
    else if (fldCharType === 'separate') this.#fields.separate()
    else if (fldCharType === 'end' && this.#fields.end()) text.addSign()
  }

  #cell = (): WordCell | undefined => this.#tables.at(-1)?.rows.at(-1)?.cells.at(-1)

  /** True if the paragraph begins with the number or the bullet of a list. */
  #isListed (): boolean {
    const paragraph = this.#paragraphs.at(-1)
    if (paragraph === undefined) return false
    return (paragraph.direct.list ?? this.#styles.paragraph(paragraph.style).list ?? '0') !== '0'
  }

  #add (text: string): void {
    const paragraph = this.#paragraphs.at(-1)
    if (paragraph === undefined) return
    if (!this.#fields.isShown()) return paragraph.text.addOrnament()
    const run = this.#runs.at(-1) ?? { style: null, direct: {}, shown: null }
    const style = run.shown ??= this.#styleOf(paragraph, run)
    if (style.gone) return
    const isUncertain = this.#fields.addResult() || this.#reversed > 0 || this.#controls.includes(true)
    paragraph.text.add(text, isUncertain ? { ...style, uncertain: true } : style)
    if ((isUncertain || style.uncertain === true) && this.#cell() === undefined && /\d/.test(text)) {
      paragraph.text.add(SIGN)
    }
  }

  #styleOf (paragraph: Paragraph, run: Run): RunStyle {
    const table = this.#tables.at(-1)?.style ?? null
    const ofTable = table === null ? {} : this.#styles.table(table)
    return styleOfRun({
      defaults: { ...this.#styles.defaults, ...ofTable },
      paragraph: { ...this.#styles.paragraph(paragraph.style), ...paragraph.direct },
      character: this.#styles.character(run.style),
      direct: run.direct,
      cell: this.#cell()?.ground.ground,
      styledTable: table !== null
    })
  }

  #endLine (): void {
    const paragraph = this.#paragraphs.at(-1)!
    const cell = this.#cell()
    const { uncertain, unseen } = paragraph.text.takeMarks()
    if (cell !== undefined) {
      cell.marks.uncertain ||= uncertain
      cell.marks.unseen ||= unseen
    }
    const line = paragraph.text.takeLine()
    if (line !== '') paragraph.lines.push(line)
  }
}
