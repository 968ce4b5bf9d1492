/**
 * Prepares the next chunk while the previous one is being written. `store` waits for the previous write, starts the
 * given one and returns. When `work` has ended or thrown, no write is in progress any more.
 */
export async function writeBehind (
  work: (store: (part: () => Promise<unknown>) => Promise<void>) => Promise<void>
): Promise<void> {
  let storing: Promise<unknown> = Promise.resolve()
  const store = async (part: () => Promise<unknown>) => {
    await storing
    storing = part()
    // Avoids an unhandled rejection; the next `await` rethrows.
    storing.catch(() => {})
  }
  try {
    await work(store)
  } finally {
    await storing
  }
}
