import { type ReactNode, useEffect, useId, useRef } from 'react';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Something to do before all else; Escape closes it. */
export function Dialog({ title, onClose, children }: DialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

interface DialogEndProps extends Pick<DialogProps, 'onClose'> {
  /** What its form does, in a word. */
  readonly does: string;
  /** Why it did not; empty where nothing is wrong. */
  readonly fault: string;
}

/** The end of a form in a dialog. */
export function DialogEnd({ does, fault, onClose }: DialogEndProps): ReactNode {
  return (
    <>
      <p className="fault" role="alert">
        {fault}
      </p>
      <footer>
        <button type="button" className="plain" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary">
          {does}
        </button>
      </footer>
    </>
  );
}
