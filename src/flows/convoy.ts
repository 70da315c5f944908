/*
 * Work that needs the same locked rows goes together. A partner's control numbers, a company's stock are locked until the transaction that
 * took them is on disk; one piece of work after the other could then be done no faster than the disk flushes. So while one transaction runs,
 * those that come gather, and the next takes them all.
 *
 *   alone       at once, in a transaction of its own: nobody is waited for
 *   in a crowd  up to `membersMax` in one transaction, but never two about one thing: the second must see what the first made of it
 *   one fails   all are taken back and run one by one: only the one at fault is told
 */
export interface Convoy<Member, Result> {
  /** Runs a member with others of its key, or alone. Throws what its own transaction threw. */
  join(key: string, member: Member): Promise<Result>;
}

interface Ticket<Member, Result> {
  readonly member: Member;
  readonly arrived: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

export interface ConvoyRules<Member> {
  readonly membersMax?: number;
  /** What a member is about. */
  readonly subjectOf?: (member: Member) => unknown;
}

/** `together` runs members in one transaction and gives their results in their order; it may be called again with a member that was taken back. */
export function openConvoy<Member, Result>(
  together: (members: readonly Member[]) => Promise<readonly Result[]>,
  { membersMax = 16, subjectOf = (member) => member }: ConvoyRules<Member> = {},
): Convoy<Member, Result> {
  type Tickets = Ticket<Member, Result>[];
  const waiting = new Map<string, Tickets>();

  const travel = async (tickets: Tickets): Promise<void> => {
    try {
      const results = await together(tickets.map(({ member }) => member));
      tickets.forEach(({ arrived }, index) => {
        arrived(results[index] as Result);
      });
    } catch (error) {
      if (tickets.length === 1) tickets[0]?.failed(error);
      else for (const ticket of tickets) await travel([ticket]);
    }
  };

  /** Takes those who go next out of the line, in their order. */
  const board = (line: Tickets): Tickets => {
    const aboard = new Map<unknown, Ticket<Member, Result>>();
    for (const ticket of line) {
      const subject = subjectOf(ticket.member);
      if (!aboard.has(subject)) aboard.set(subject, ticket);
      if (aboard.size === membersMax) break;
    }
    const going = new Set(aboard.values());
    line.splice(0, line.length, ...line.filter((ticket) => !going.has(ticket)));
    return [...going];
  };

  const move = async (key: string, line: Tickets): Promise<void> => {
    while (line.length > 0) await travel(board(line));
    waiting.delete(key);
  };

  return {
    join: (key, member) =>
      new Promise((arrived, failed) => {
        const ticket = { member, arrived, failed };
        const line = waiting.get(key);
        if (line !== undefined) return void line.push(ticket);
        const begun = [ticket];
        waiting.set(key, begun);
        void move(key, begun);
      }),
  };
}
