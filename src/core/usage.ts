/** ISA15 or UNB 0035: a dimension of every agreement, number range, order, invoice and open item, and of their unique keys. */
export type Usage = 'test' | 'production';
export const USAGES = ['test', 'production'] as const satisfies readonly Usage[];
