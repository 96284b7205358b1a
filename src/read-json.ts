/** What a text is as JSON; undefined where it is none: for what another node or release, or somebody else, has written, and what is then looked at before it is believed. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
