import { type Static, Type } from 'typebox'
import { LINES, LINES_NOT_BLANK } from '../../http/schemas.ts'
import { closed } from '../content/schemas.ts'

export const Nothing = Type.Object({}, {
  $id: 'Nothing',
  ...closed,
  description: 'An empty object, or no body at all.',
  examples: [{}]
})

export const why = (description: string) =>
  Type.String({ minLength: 1, maxLength: 2000, pattern: LINES_NOT_BLANK, description })
export const ReturnReason = Type.Object({
  reason: why('Why it is returned'),
  remarks: Type.Optional(
    Type.Record(
      Type.String(),
      Type.String({ minLength: 1, maxLength: 500, pattern: LINES, description: 'What is to be put right there' }),
      { description: 'By cell id.' }
    )
  )
}, {
  $id: 'ReturnReason',
  ...closed,
  description: 'What its agency is to put right.',
  examples: [{ reason: '请核对第三部分', remarks: { 'requests.granted.total': '与附表不一致' } }]
})
export type ReturnReason = Static<typeof ReturnReason>
export const AmendmentReason = Type.Object({ reason: why('Why it is amended') }, {
  $id: 'AmendmentReason',
  ...closed,
  description: 'Stays with the version that comes of it, for all to read.',
  examples: [{ reason: '数据更正' }]
})
export const WithdrawalReason = Type.Object({ reason: why('Why it is withdrawn') }, {
  $id: 'WithdrawalReason',
  ...closed,
  description: 'For all to read.',
  examples: [{ reason: '机构撤销' }]
})
