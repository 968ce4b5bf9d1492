// The thread that reads files of reports.
import { memoryOf } from './chunk.ts'
import { readParts } from './parse-chunks.ts'
import { serve } from './worker.ts'

serve(readParts, memoryOf)
