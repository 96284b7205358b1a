import { useEffect, useState } from 'react';

const pauseMs = 250;

/** A text once it has stayed as it is for a moment, one that is blank at once: searches are counted, one for whoever has stopped typing, not one for each letter. */
export function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), text.trim() === '' ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}
