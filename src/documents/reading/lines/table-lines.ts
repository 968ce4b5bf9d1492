// Rows of tables as they are found: a label and the figures that belong to it.
import { type Label, type LabelIndex, labelsOf } from '../label-index.ts'
import { labelKey } from '../normalize.ts'
import { undividedLines } from './free-lines.ts'
import type { TableLine } from './table-line.ts'
import type { Token, TokenLine } from './tokens.ts'

/** The entries of a stretch of lines, in reading order. `tables` are the tables whose rows may stand there. */
export function findTableLines (lines: TokenLine[], lexicon: LabelIndex, tables: Set<string>): TableLine[] {
  const filled = lines.filter(line => line.tokens.some(token => token.kind !== 'blank'))
  const divided = filled.filter(line => line.divided)
  return divided.length >= 2 || (divided.length > 0 && divided.length * 2 >= filled.length)
    ? dividedLines(lines, lexicon, tables, isStream(divided))
    : undividedLines(lines, lexicon, tables)
}

const isStream = (lines: TokenLine[]): boolean =>
  lines.filter(line => line.tokens.filter(token => token.kind !== 'blank').length > 1).length * 5 < lines.length

function dividedLines (lines: TokenLine[], lexicon: LabelIndex, tables: Set<string>, stream: boolean): TableLine[] {
  const entries: TableLine[] = []
  let texts: Token[] = []
  let valueFields: Token[] = []
  let lead = 0
  let leading: Token[] = []
  const flush = () => {
    if (texts.length > 0 || valueFields.some(token => token.kind !== 'blank')) {
      const { labels, used } = ownLabel(texts, lexicon, tables)
      entries.push({
        labels,
        used,
        texts,
        valueFields,
        lead: lead + texts.length,
        lines: [...new Set([...texts, ...valueFields].map(token => token.line))],
        divided: true,
        grid: lines[0]?.grid != null || lines.some(line => line.grid !== null),
        stream
      })
    }
    texts = []
    valueFields = []
    lead = 0
    leading = []
  }
  const addValue = (token: Token) => {
    // Without a label the blanks before the first figure are cells, too.
    if (texts.length === 0 && valueFields.length === 0) {
      valueFields = leading
      lead = 0
    }
    valueFields.push(token)
  }
  const addTextBeforeValues = (token: Token) => {
    // A sign or a word in the place of the first figure.
    const odd = token.key === '' || (!stream && token.line === texts.at(-1)?.line)
    if (
      odd && ownLabel(texts, lexicon, tables).labels.some(label => !label.heading) &&
      !ownLabel([...texts, token], lexicon, tables).used.includes(token)
    ) valueFields.push(token)
    else texts.push(token)
  }
  const addTextAfterValues = (token: Token) => {
    const sameLine = valueFields[0]!.line === token.line && !stream
    const known = ownLabel([...texts, token], lexicon, tables).used.includes(token)
    const empty = valueFields.every(token => token.kind === 'blank')
    if (sameLine && empty && (known || ownLabel(texts, lexicon, tables).labels.every(label => label.heading))) {
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
    // In a stream the last cell may stand without its bar; elsewhere such a line is a title or a note.
    const tokens = line.divided || (stream && line.tokens.length === 1)
      ? line.tokens
      : line.tokens.length === 0
      ? []
      : [joined(line)]
    for (const token of tokens) {
      if (token.kind === 'blank' && texts.length === 0 && valueFields.length === 0) {
        lead++
        leading.push(token)
      } else if (token.kind !== 'text') addValue(token)
      else if (valueFields.length === 0) addTextBeforeValues(token)
      else addTextAfterValues(token)
    }
  }
  flush()
  return entries.map((entry, i) => withLabelAbove(entry, entries[i - 1], lexicon, tables)).filter((entry, i, all) =>
    !(entry.valueFields.every(token => token.kind === 'blank') &&
      all[i + 1]?.used.some(token => entry.texts.includes(token)))
  )
}

/** A label of two pieces, the first on a line of its own without figures. */
function withLabelAbove (
  entry: TableLine,
  above: TableLine | undefined,
  lexicon: LabelIndex,
  tables: Set<string>
): TableLine {
  const [first, second] = [above?.texts.at(-1), entry.texts.at(-1)]
  if (
    entry.labels.length > 0 || first === undefined || second === undefined ||
    above!.valueFields.some(token => token.kind !== 'blank')
  ) return entry
  const labels = labelsOf(lexicon, tables, first.full + second.full, first.full + second.full).filter(label =>
    !label.heading
  )
  return labels.length === 0 ? entry : { ...entry, labels, used: [first, second] }
}

/** The label that the last words are: one field, or two that stand side by side. */
function ownLabel (texts: Token[], lexicon: LabelIndex, tables: Set<string>): { labels: Label[], used: Token[] } {
  const last = texts.at(-1)
  if (last === undefined) return { labels: [], used: [] }
  const alone = labelsOf(lexicon, tables, last.key, last.full)
  if (alone.length > 0) return { labels: alone, used: [last] }
  const before = texts.at(-2)
  if (before === undefined || last.key === '') return { labels: [], used: [] }
  const both = labelKey(before.raw + last.raw)
  const joint = labelsOf(lexicon, tables, both, before.full + last.full)
  return joint.length > 0 ? { labels: joint, used: [before, last] } : { labels: [], used: [] }
}

/** A line without fields between lines that have them, as one word. */
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
