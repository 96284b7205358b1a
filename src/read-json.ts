/** Parses JSON text. Undefined if it is not JSON. For text from other nodes, releases or programs, which the caller then validates. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
