import { useEffect, useState } from 'react';

const pauseMs = 250;

/** A text once it has not changed for a moment; a blank text at once. Searches are rate limited, so one is sent per pause, not per letter. */
export function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), text.trim() === '' ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}
