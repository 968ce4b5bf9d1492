/**
 * For work of which one part is stored while the next is made ready: `store` waits for the part before, begins with the
 * given one and returns. When this ends, however it does, nothing is at work any more.
 */
export async function writeBehind (
  work: (store: (part: () => Promise<unknown>) => Promise<void>) => Promise<void>
): Promise<void> {
  let storing: Promise<unknown> = Promise.resolve()
  const store = async (part: () => Promise<unknown>) => {
    await storing
    storing = part()
    // What it throws is seen when it is waited for.
    storing.catch(() => {})
  }
  try {
    await work(store)
  } finally {
    await storing
  }
}
