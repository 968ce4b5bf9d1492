// The thread that reads files of reports.
import { serve } from '../platform/thread.ts'
import { memoryOf } from './part.ts'
import { readParts } from './read-parts.ts'

serve(readParts, memoryOf)
