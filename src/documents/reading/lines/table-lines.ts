// Finds the rows of tables in a stretch of lines: labels and the figures that belong to them. The folder turns the
// lines of a document into tokens, and these into table lines.
import { type Label, type LabelIndex, labelsOf, withSameNumber } from '../label-index.ts'
import { labelKey } from '../normalize.ts'
import { joinBrokenLabels } from './broken-labels.ts'
import { undividedLines } from './free-lines.ts'
import { dropShiftedLabels } from './shifted-labels.ts'
import { addStrayFields } from './strays.ts'
import type { TableLine } from './table-line.ts'
import type { Token, TokenLine } from './tokens.ts'

/** Returns the table lines in reading order. `tables` are the ids of the tables whose rows may occur. */
export function findTableLines (lines: TokenLine[], labelIndex: LabelIndex, tables: Set<string>): TableLine[] {
  const filled = lines.filter(line => line.tokens.some(token => token.kind !== 'blank'))
  const divided = filled.filter(line => line.divided)
  return divided.length >= 2 || (divided.length > 0 && divided.length * 2 >= filled.length)
    ? dividedLines(lines, labelIndex, tables, isStream(divided))
    : undividedLines(lines, labelIndex, tables)
}

const isStream = (lines: TokenLine[]): boolean =>
  lines.filter(line => line.tokens.filter(token => token.kind !== 'blank').length > 1).length * 5 < lines.length

function dividedLines (lines: TokenLine[], labelIndex: LabelIndex, tables: Set<string>, stream: boolean): TableLine[] {
  const tableLines: TableLine[] = []
  let texts: Token[] = []
  let valueFields: Token[] = []
  let lead = 0
  let leading: Token[] = []
  const isGrid = lines.some(line => line.grid !== null)
  const flush = () => {
    if (texts.length > 0 || valueFields.some(token => token.kind !== 'blank')) {
      const { labels, used } = ownLabel(texts, labelIndex, tables)
      tableLines.push({
        labels,
        used,
        texts,
        valueFields,
        lead: lead + texts.length,
        lines: [...new Set([...texts, ...valueFields].map(token => token.line))],
        divided: true,
        grid: isGrid,
        stream
      })
    }
    texts = []
    valueFields = []
    lead = 0
    leading = []
  }
  const isInLabel = (token: Token) => ownLabel([...texts.slice(-1), token], labelIndex, tables).used.includes(token)
  const addValue = (token: Token) => {
    // Without a label the blanks before the first figure are cells as well.
    if (texts.length === 0 && valueFields.length === 0) {
      valueFields = leading
      lead = 0
    }
    valueFields.push(token)
  }
  const addTextBeforeValues = (token: Token) => {
    // A sign or a word in place of the first figure.
    const odd = token.key === '' || (!stream && token.line === texts.at(-1)?.line)
    if (
      odd && ownLabel(texts, labelIndex, tables).labels.some(label => !label.heading) &&
      !isInLabel(token)
    ) valueFields.push(token)
    else texts.push(token)
  }
  const addTextAfterValues = (token: Token) => {
    const sameLine = valueFields[0]!.line === token.line && !stream
    const known = isInLabel(token)
    const empty = valueFields.every(token => token.kind === 'blank')
    if (sameLine && empty && (known || ownLabel(texts, labelIndex, tables).labels.every(label => label.heading))) {
      lead += valueFields.length
      valueFields = []
      texts.push(token)
    } else if (sameLine && !known) {
      valueFields.push(token)
    } else {
      flush()
      texts.push(token)
    }
  }
  for (const line of lines) {
    if (!stream) flush()
    // In a stream the last cell may lack its bar; elsewhere such a line is a title or a note.
    const tokens = line.divided || (stream && line.tokens.length === 1)
      ? line.tokens
      : line.tokens.length === 0
      ? []
      : [joined(line)]
    const serial = stream ? undefined : serialNumber(tokens, labelIndex, tables)
    for (const token of tokens) {
      if (token === serial) lead++
      else if (token.kind === 'blank' && texts.length === 0 && valueFields.length === 0) {
        lead++
        leading.push(token)
      } else if (token.kind !== 'text') addValue(token)
      else if (valueFields.length === 0) addTextBeforeValues(token)
      else addTextAfterValues(token)
    }
  }
  flush()
  const labelled = joinBrokenLabels(tableLines, labelIndex, tables)
  dropShiftedLabels(labelled, [], labelIndex, tables)
  addStrayFields(labelled, labelIndex.labels.filter(label => tables.has(label.table.definition.id)))
  return labelled
}

/** The number in a column of its own before the first known label of a line. */
function serialNumber (tokens: Token[], labelIndex: LabelIndex, tables: Set<string>): Token | undefined {
  const filled = tokens.filter(token => token.kind !== 'blank')
  const [first, second] = filled
  return first?.kind === 'value' && /^\d{1,2}$/.test(first.raw) && second?.kind === 'text' &&
      labelsOf(labelIndex, tables, second.key, second.full).length > 0
    ? first
    : undefined
}

/** Finds the label that the last words form: one field, or two adjacent ones. */
function ownLabel (texts: Token[], labelIndex: LabelIndex, tables: Set<string>): { labels: Label[], used: Token[] } {
  const last = texts.at(-1)
  if (last === undefined) return { labels: [], used: [] }
  const alone = withSameNumber(labelIndex, labelsOf(labelIndex, tables, last.key, last.full), last.raw)
  if (alone.length > 0) return { labels: alone, used: [last] }
  const before = texts.at(-2)
  if (before === undefined || last.key === '') return { labels: [], used: [] }
  const both = labelKey(before.raw + last.raw)
  const joint = labelsOf(labelIndex, tables, both, before.full + last.full)
  return joint.length > 0 ? { labels: joint, used: [before, last] } : { labels: [], used: [] }
}

/** Joins a line without fields, between lines that have them, into one text token. */
function joined (line: TokenLine): Token {
  const first = line.tokens[0]!
  const last = line.tokens.at(-1)!
  const all = line.tokens.filter(token => token.kind === 'text')
  return {
    ...first,
    end: last.end,
    raw: line.tokens.map(token => token.raw).join(' '),
    kind: 'text',
    key: all.map(token => token.key).join(''),
    full: all.map(token => token.full).join('')
  }
}
