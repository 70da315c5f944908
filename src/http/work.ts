import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { FailureError } from '../core/failure.ts';
import type { FlowContext } from '../flows/context.ts';
import { cancelWork, releaseWork } from '../store/work/release-work.ts';
import { writeRows } from '../store/write-rows.ts';
import { rowOrFailure } from './lists.ts';
import { actorOf, answers, forBodies, IdParams, named, Reason, told } from './schemas.ts';

const ACTS = [
  {
    what: 'release',
    done: 'released',
    operationId: 'releaseWork',
    summary: 'Try parked work again now',
    description: 'Also work that waits for its next try. What waits behind it goes on once it succeeds.',
    run: releaseWork,
  },
  {
    what: 'cancel',
    done: 'cancelled',
    operationId: 'cancelWork',
    summary: 'Leave work undone',
    description: 'It ends without effect, and what waits behind it goes on.',
    run: cancelWork,
  },
] as const;

/** Parked work is released or left by a person, with a reason. */
export const work =
  ({ database, clock }: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    for (const { what, done, operationId, summary, description, run } of ACTS) {
      app.post(
        `/work/:id/${what}`,
        {
          schema: {
            ...told('work', operationId, summary, description),
            params: IdParams,
            body: Reason,
            response: answers('The work as it stands now.', named('WorkRow'), forBodies),
          },
        },
        async ({ params: { id }, body: { reason, by } }) =>
          database.inTransaction(async (tx) => {
            const found = await rowOrFailure(tx, 'work', id);
            if (!(await run(tx, id)))
              throw new FailureError('usage-wrong', `The work ${id} is ${found.state}: it cannot be ${done}.`);
            const subject = { kind: subjectKind(found.kind), id: String(found.subject), qualifier: 'worked-on' };
            await writeRows(tx, {}, [
              {
                at: clock.now(),
                type: `work/${done}`,
                actor: actorOf(by),
                reason,
                data: { kind: found.kind, failure: found.failureMessage },
                objects: [{ kind: 'work', id, qualifier: 'subject' }, subject],
              },
            ]);
            return rowOrFailure(tx, 'work', id);
          }),
      );
    }
  };

/** What a piece of work is about, so that the act shows in the timeline of its subject too. */
const SUBJECTS: Readonly<Record<string, string>> = {
  split: 'raw-file',
  close: 'interchange',
  reconcile: 'acknowledgment',
  process: 'document',
  expire: 'expectation',
  deliver: 'delivery',
};
const subjectKind = (kind: unknown): string => SUBJECTS[String(kind)] ?? 'document';
