import { type ReactNode, useEffect, useState } from 'react';
import { memberWords } from '../chat/words.ts';
import { DirectoryDocument, type DirectoryQuery, JoinGroupDocument } from '../generated/graphql.ts';
import { Avatar } from './avatar.tsx';
import { Dialog } from './dialog.tsx';
import { useAct } from './use-act.ts';
import { useChat } from './use-chat.ts';
import { addressOf } from './use-page.ts';
import { usePaused } from './use-paused.ts';

type Listed = DirectoryQuery['groups']['edges'][number]['node'];

/** The group directory. It shows one page; a search by name finds the others. */
export function GroupDirectory({ onClose }: { readonly onClose: () => void }): ReactNode {
  const chat = useChat();
  const { fault, act } = useAct();
  const [text, setText] = useState('');
  const search = usePaused(text);
  const [groups, setGroups] = useState<readonly Listed[]>();

  useEffect(() => {
    let left = false;
    void act(async () => {
      const found = await chat.ask(DirectoryDocument, { search });
      if (!left) setGroups(found.groups.edges.map(({ node }) => node));
      return null;
    });
    return () => {
      left = true;
    };
  }, [act, chat, search]);

  function open(conversationId: string): void {
    location.hash = addressOf(conversationId);
    onClose();
  }

  async function join(group: Listed): Promise<string | null> {
    const { joinGroup: done } = await chat.ask(JoinGroupDocument, { input: { groupId: group.groupId } });
    if (done.conversationEdge !== null) {
      chat.add(done.conversationEdge.node);
      open(done.conversationEdge.node.id);
    }
    const { joinRequest: viewerJoinRequest } = done;
    if (viewerJoinRequest !== null) {
      setGroups((now) => now?.map((one) => (one.groupId === group.groupId ? { ...one, viewerJoinRequest } : one)));
    }
    return done.errors[0]?.message ?? null;
  }

  return (
    <Dialog title="Find groups" onClose={onClose}>
      <input
        type="search"
        aria-label="Name of the group"
        placeholder="Search by name"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <ul className="directory" aria-label="Groups">
        {groups?.map((group) => (
          <li key={group.groupId}>
            <Avatar name={group.name} id={group.groupId} />
            <span className="who">
              <strong>{group.name}</strong>
              <span className="quiet">
                {memberWords(group)}
                {group.description && `: ${group.description}`}
              </span>
            </span>
            <Way group={group} onOpen={() => open(group.groupId)} onJoin={() => void act(() => join(group))} />
          </li>
        ))}
        {groups?.length === 0 && <li className="quiet">No groups found</li>}
      </ul>
      <p className="fault" role="alert">
        {fault}
      </p>
      <footer>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}

interface WayProps {
  readonly group: Listed;
  readonly onOpen: () => void;
  readonly onJoin: () => void;
}

/** How a user can join this group. */
function Way({ group: { joinPolicy, viewerIsMember, viewerIsBanned, viewerJoinRequest }, onOpen, onJoin }: WayProps): ReactNode {
  if (viewerIsBanned) return null;
  if (viewerJoinRequest !== null) return <span className="quiet">asked</span>;
  const [words, go] = viewerIsMember ? ['Open', onOpen] : [joinPolicy === 'OPEN' ? 'Join' : 'Ask to join', onJoin];
  return (
    <button type="button" className="plain" onClick={go}>
      {words}
    </button>
  );
}
