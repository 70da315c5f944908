import { type Story, tell } from './killed-story.ts';

// The story in a process of its own, which kills itself (kill -9: no handler runs).
const story: Story = JSON.parse(process.argv[2] ?? '{}');
await tell(story, () => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
});
process.exit(0);
