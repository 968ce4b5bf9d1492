// The memory of the process.
import { setFlagsFromString } from 'node:v8'

/**
 * Where there is much memory, V8 lets the heap grow to three or four times what lives in it before it looks for
 * garbage. Twice is enough: an import of a nation's year needs a third less memory, and a twentieth more time.
 */
export function keepHeapSmall (): void {
  setFlagsFromString('--heap-growing-percent=100')
  // Helpers of the collector compete with PostgreSQL for the cores: without them an import is a twentieth faster.
  setFlagsFromString('--no-parallel-scavenge')
}
