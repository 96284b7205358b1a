import { createRoot } from 'react-dom/client';
import { createSession } from './api/session.ts';
import { App } from './ui/app.tsx';

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App session={createSession({ own: sessionStorage, shared: localStorage })} />);
