// The workflow as a table. Repeating a repeatable transition changes nothing; a transition that is not in the table is
// rejected.
export const STATUSES = ['draft', 'submitted', 'returned', 'published', 'withdrawn'] as const
export type Status = typeof STATUSES[number]

export const TRANSITIONS = {
  submit: { from: ['draft', 'returned'], to: 'submitted', repeatable: true },
  return: { from: ['submitted'], to: 'returned', repeatable: false },
  publish: { from: ['submitted'], to: 'published', repeatable: true },
  amend: { from: ['published', 'withdrawn'], to: 'draft', repeatable: false },
  withdraw: { from: ['published'], to: 'withdrawn', repeatable: false }
} as const satisfies Record<string, { from: Status[], to: Status, repeatable: boolean }>

export type Transition = keyof typeof TRANSITIONS

export const transitionsFrom = (status: Status): Transition[] =>
  (Object.keys(TRANSITIONS) as Transition[]).filter(move => TRANSITIONS[move].from.some(from => from === status))
