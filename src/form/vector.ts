// The figures of a report as they are stored: the text of an array, `{0,null,12}`. JSON has the same digits, and no
// figure more than a number keeps.
import type { Figure } from './figures.ts'

export const writeVector = (figures: Figure[]): string => `{${JSON.stringify(figures).slice(1, -1)}}`
export const readVector = (text: string): Figure[] => JSON.parse(`[${text.slice(1, -1)}]`) as Figure[]
