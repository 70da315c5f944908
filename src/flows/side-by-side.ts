/**
 * Runs stories on one transaction side by side: what they ask travels together on its connection. Waits for all of them, also when one
 * throws, for none may go on once the transaction is given back. Throws what the first threw.
 */
export async function sideBySide<T>(stories: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(stories);
  return ended.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}
