/** Writes one line of what the database does to the log of the program. */
export type Log = (line: string, level?: 'info' | 'warn') => void
