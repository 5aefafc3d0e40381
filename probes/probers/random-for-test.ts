/** Whole numbers that look random and are the same every time. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits repeat soon.
    return state >>> 8;
  };
}
