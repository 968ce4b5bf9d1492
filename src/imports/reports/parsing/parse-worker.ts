// Entry point of the worker thread that parses files of reports.
import { memoryOf } from './chunk.ts'
import { parseChunks } from './parse-chunks.ts'
import { serve } from './worker.ts'

serve(parseChunks, memoryOf)
