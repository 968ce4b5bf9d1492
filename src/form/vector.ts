// Converts figures to and from the text of a PostgreSQL array, `{0,null,12}`. JSON serves for both, as its numbers and
// nulls look the same and every figure is a safe integer.
import type { Figure } from './figures.ts'

export const writeVector = (figures: Figure[]): string => `{${JSON.stringify(figures).slice(1, -1)}}`
export const readVector = (text: string): Figure[] => JSON.parse(`[${text.slice(1, -1)}]`) as Figure[]
