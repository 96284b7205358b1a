import type { ReactNode } from 'react';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** The results. */
  readonly children: ReactNode;
}

/** A search field with its results. Escape clears it. */
export function SearchBox({ label, value, onChange, children }: Props): ReactNode {
  return (
    <search className="people">
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onChange('')}
      />
      {children}
    </search>
  );
}
