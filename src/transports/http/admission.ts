import { HttpProblem } from './http-problem.ts';

export interface AdmissionLimits {
  readonly uploadCountMax: number;
  readonly uploadsPerChannelCountMax: number;
}

/** Counts uploads under way; the answer to one too many comes before its body. */
export function openAdmission({ uploadCountMax, uploadsPerChannelCountMax }: AdmissionLimits) {
  const underWay = new Map<string, number>();
  let count = 0;
  return {
    enter(channelId: string): () => void {
      const ofChannel = underWay.get(channelId) ?? 0;
      if (count >= uploadCountMax) throw new HttpProblem(503, 'Too many uploads at once.', { 'retry-after': '5' });
      if (ofChannel >= uploadsPerChannelCountMax)
        throw new HttpProblem(429, 'Too many uploads at once over this channel.', { 'retry-after': '5' });
      count++;
      underWay.set(channelId, ofChannel + 1);
      return () => {
        count--;
        const left = (underWay.get(channelId) ?? 1) - 1;
        if (left > 0) underWay.set(channelId, left);
        else underWay.delete(channelId);
      };
    },
  };
}
