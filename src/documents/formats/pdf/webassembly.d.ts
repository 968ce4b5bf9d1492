// What is used of WebAssembly; the types of Node 20 lack it, and those of browsers have far more.
declare namespace WebAssembly {
  interface Module {
    readonly kind?: 'module'
  }
  interface Instance {
    readonly exports: Record<string, unknown>
  }
  type Imports = Record<string, Record<string, unknown>>
  class RuntimeError extends Error {}
  function compile (bytes: Uint8Array): Promise<Module>
  function instantiate (module: Module, imports: Imports): Promise<Instance>
}
