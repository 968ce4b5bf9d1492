// Loads TypeScript in test processes by stripping its types, as build.mjs does for src. In each process this takes a
// quarter of the time that a TypeScript compiler takes. `npm run types` checks the types.
import { register } from 'node:module'

if (!process.features.typescript) register('./strip-types-hooks.mjs', import.meta.url)
