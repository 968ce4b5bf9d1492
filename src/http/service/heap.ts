// Heap settings of the process.
import { setFlagsFromString } from 'node:v8'

/**
 * Limits the growth of the heap. With much memory, V8 lets the heap grow to three or four times its live objects before
 * it collects garbage. Twice is enough: importing a year of the whole registry needs a third less memory and a
 * twentieth more time.
 */
export function keepHeapSmall (): void {
  setFlagsFromString('--heap-growing-percent=100')
  // Helper threads of the collector compete with PostgreSQL for the cores: without them an import is a twentieth
  // faster.
  setFlagsFromString('--no-parallel-scavenge')
}
