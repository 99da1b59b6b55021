import { useParams } from '@tanstack/react-router';
import { PageMissing } from '@/components/page-error';
import { CodeDoor } from '@/features/session/code-door';
import { JoinPage } from '@/features/session/join';
import { OutboxPage } from '@/features/session/outbox';

/** The pages for who need not be signed in, by their address. */
export function DoorPage() {
  const { door } = useParams({ from: '/$door' });
  switch (door) {
    case 'join':
      return <JoinPage />;
    case 'create-account':
      return <CodeDoor key={door} of="create" />;
    case 'forgot':
      return <CodeDoor key={door} of="forgot" />;
    case 'outbox':
      return <OutboxPage />;
    default:
      return <PageMissing />;
  }
}
