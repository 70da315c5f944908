import { describe, expect, test } from 'vitest';
import { openAdmission } from '../../../src/transports/http/admission.ts';

const patience = { waitMsMax: 50, waitingPerChannelCountMax: 2, waitingCountMax: 3 };
const refused = (status: number) => expect.objectContaining({ status });

describe('turns', () => {
  test('are given to whoever has waited longest and has room, and a slot is never lost', async () => {
    const admission = openAdmission({ uploadCountMax: 2, uploadsPerChannelCountMax: 1 });
    const [a, b] = [admission.enter('a'), admission.enter('b')];
    const order: string[] = [];
    const wait = (name: string) =>
      admission.enterInTurn(name, { ...patience, waitMsMax: 10_000 }).then((leave) => {
        order.push(name);
        return leave;
      });
    const [firstA, firstB, secondA] = [wait('a'), wait('b'), wait('a')];
    b();
    (await firstB)();
    a();
    (await firstA)();
    (await secondA)();
    expect(order).toEqual(['b', 'a', 'a']);
    const again = [admission.enter('a'), admission.enter('b')];
    expect(() => admission.enter('c')).toThrow(refused(503));
    for (const leave of again) leave();
    admission.enter('c')();
  });
  test('end: by time, and when too many wait', async () => {
    const admission = openAdmission({ uploadCountMax: 10, uploadsPerChannelCountMax: 1 });
    const leave = admission.enter('a');
    const late = [admission.enterInTurn('a', patience), admission.enterInTurn('a', patience)];
    await expect(admission.enterInTurn('a', patience)).rejects.toEqual(refused(429));
    for (const one of late) await expect(one).rejects.toEqual(refused(429));
    leave();
    (await admission.enterInTurn('a', patience))();
  });
  test('that ran out are not given a slot afterwards', async () => {
    const admission = openAdmission({ uploadCountMax: 1, uploadsPerChannelCountMax: 1 });
    const leave = admission.enter('a');
    await expect(admission.enterInTurn('b', patience)).rejects.toEqual(refused(503));
    leave();
    const free = admission.enter('c');
    free();
  });
});
