import { type ReactNode, useEffect, useId, useRef } from 'react';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal dialog. Escape closes it. */
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
  /** The label of the submit button. */
  readonly does: string;
  /** Why the form was refused, or empty. */
  readonly fault: string;
}

/** The last row of a form in a dialog: fault, cancel, submit. */
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
