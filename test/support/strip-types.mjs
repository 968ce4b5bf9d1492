// Loads TypeScript in test processes by stripping its types, as build.mjs does for src. This takes a quarter of the time
// of a TypeScript compiler in each process. `npm run types` checks the types.
import { register } from 'node:module'

if (!process.features.typescript) register('./strip-types-hooks.mjs', import.meta.url)
