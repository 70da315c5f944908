import pg from 'pg';

/*
 * How PostgreSQL's types become JavaScript's. pg's own choices are kept but for these:
 *   int8     bigint: amounts are minor units beyond 2^53, and a string would add up by gluing. Counts say count(*)::int.
 *   date     "2026-11-22": pg makes midnight of this machine's zone of it, which is another day elsewhere.
 *   timestamp  as sent: it has no zone to be a Date in. Instants are timestamptz, and those are Dates.
 * numeric stays a string, as pg has it: an exact decimal.
 */
const DATE = 1082;
const TIMESTAMP = 1114;
const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE_ARRAY = 1182;
const TIMESTAMP_ARRAY = 1115;

const asSent = (text: string): string => text;
const TEXT_ARRAY: number = 1009; // not in pg-types' list of names
const textArray: (text: string) => (string | null)[] = pg.types.getTypeParser(TEXT_ARRAY);

export const COLUMN_TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    switch (oid) {
      case INT8:
        return BigInt;
      case DATE:
      case TIMESTAMP:
        return asSent;
      case INT8_ARRAY:
        return (text: string) => textArray(text).map((item: string | null) => (item === null ? null : BigInt(item)));
      case DATE_ARRAY:
      case TIMESTAMP_ARRAY:
        return textArray;
      default:
        return format === undefined ? pg.types.getTypeParser(oid) : pg.types.getTypeParser(oid, format);
    }
  },
};
