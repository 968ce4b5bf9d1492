// The number of runs of the randomized tests: few in `npm test`, which must stay fast, many in `npm run test:long`.

export const isLong = process.env.TEST_LONG === '1'

/** The environment variable `variable` overrides both numbers. */
export const runsOf = (variable: string, usual: number, long: number): number =>
  Number(process.env[variable] ?? (isLong ? long : usual))
