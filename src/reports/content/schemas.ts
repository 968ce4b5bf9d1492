import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import type { Notes, Rows, Values } from '../../form/content.ts'
import { MAX_EXPLANATION_LENGTH } from '../../form/explanations.ts'
import { NOTE_STATES } from '../../form/figures.ts'
import { ref } from '../../http/responses.ts'
import { READ_BY_CODE } from '../../http/validation.ts'

// The form defines what a report may hold, so the parser of the form validates these and reports all faults at once.
export const readByForm = { [READ_BY_CODE]: 'form' }

/** A complete report in the 2019 form, which passes its checks. */
export const complete = JSON.parse(
  readFileSync(new URL('../../../examples/kundulun-2019.json', import.meta.url), 'utf8')
) as {
  sections: Record<string, string>
  tables: Record<string, Rows>
}
export const { documents, requests } = complete.tables as { documents: Rows, requests: Rows }
export const granted = requests.granted!
export const whose = { agency: 'kundulun-culture', year: 2019 }
export const blankAmount = {
  tables: { documents, procurement: { centralized_procurement: { projects: 0, amount: null } } },
  notes: { 'procurement.centralized_procurement.amount': { state: 'blank', raw: '' } }
}
export const FigureValues = Type.Unsafe<Values>({
  ...Type.Record(Type.String(), Type.Unsafe({ type: ['number', 'null'] })),
  $id: 'Values',
  ...readByForm,
  description:
    'Figures of one row by column id. `null` is blank, which is not 0; a column left out is blank. Money: 元 with at most 2 decimals, 万元 with at most 6.',
  examples: [granted]
})
export const TableRows = Type.Unsafe<Rows>({
  ...Type.Record(Type.String(), ref(FigureValues)),
  $id: 'Rows',
  ...readByForm,
  description: 'Rows of one table by row id. A row that is left out was never given.',
  examples: [documents]
})
export const Tables = Type.Unsafe<Record<string, Rows>>({
  ...Type.Record(Type.String(), ref(TableRows)),
  $id: 'Tables',
  ...readByForm,
  description: 'Tables by table id.',
  examples: [blankAmount.tables]
})
export const WireNote = Type.Object({
  state: Type.Enum([...NOTE_STATES], {
    type: 'string',
    description: 'blank; not_applicable: `/` or `-`; unreadable; unit_unknown: an amount of money without a unit.'
  }),
  raw: Type.String({ description: 'The text found there.' })
}, { $id: 'Note', description: 'Why a cell has no figure.', examples: [{ state: 'not_applicable', raw: '/' }] })
export const WireNotes = Type.Unsafe<Notes>({
  ...Type.Record(Type.String(), ref(WireNote)),
  $id: 'Notes',
  ...readByForm,
  description:
    'Why cells have no figure, by cell id (`table.row.column`). Each cell without a figure has a note; a note may be sent with the rows, otherwise the cell is `blank`.',
  examples: [blankAmount.notes]
})
export const Sections = Type.Unsafe<Record<string, string>>({
  ...Type.Record(Type.String(), Type.String()),
  $id: 'Sections',
  ...readByForm,
  description: 'Texts by section id: overview, problems_improvements, other_matters.',
  examples: [complete.sections]
})
export const Explanations = Type.Unsafe<Record<string, string>>({
  ...Type.Record(Type.String(), Type.String()),
  $id: 'Explanations',
  ...readByForm,
  description:
    `Explanations of findings by the filer, by check id, each at most ${MAX_EXPLANATION_LENGTH} characters. Omitted if there are none.`,
  examples: [{ 'previous_year.carried_in.natural_person': '上年漏报结转 4 件' }]
})
export const content = {
  sections: ref(Sections),
  tables: ref(Tables),
  notes: ref(WireNotes),
  explanations: Type.Optional(ref(Explanations))
}
export const closed = { additionalProperties: false }
export const FormId = Type.String({
  maxLength: 32,
  description: 'Id of the form; by default the newest in force in that year.'
})
