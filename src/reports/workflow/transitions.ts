// The workflow as a table. A repeatable move, made again, changes nothing; any other move than these is refused.
export const STATUSES = ['draft', 'submitted', 'returned', 'published', 'withdrawn'] as const
export type Status = typeof STATUSES[number]

export const MOVES = {
  submit: { from: ['draft', 'returned'], to: 'submitted', repeatable: true },
  return: { from: ['submitted'], to: 'returned', repeatable: false },
  publish: { from: ['submitted'], to: 'published', repeatable: true },
  amend: { from: ['published', 'withdrawn'], to: 'draft', repeatable: false },
  withdraw: { from: ['published'], to: 'withdrawn', repeatable: false }
} as const satisfies Record<string, { from: Status[], to: Status, repeatable: boolean }>

export type Move = keyof typeof MOVES

export const movesFrom = (status: Status): Move[] =>
  (Object.keys(MOVES) as Move[]).filter(move => MOVES[move].from.some(from => from === status))
