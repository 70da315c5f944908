/* Why public samples read as they do. Names of files only: the files themselves are other people's. */

interface Explained {
  /** Codes of the errors the map tells. */
  readonly errors: readonly string[];
  readonly why: string;
}

const balance = (why: string): Explained => ({ errors: ['map/balance-differs'], why });
const missing = (why: string): Explained => ({ errors: ['map/value-required'], why });
const invalid = (why: string): Explained => ({ errors: ['map/value-invalid'], why });
const both = (why: string): Explained => ({ errors: ['map/value-invalid', 'map/value-required'], why });

const NUMBERS =
  'blanks behind a number and a day: X12 has no blanks in either, and what they would mean is not guessed';
const LOREM = 'filled with "Lorem ipsum" where numbers and days stand';
const REMITTANCE =
  'the summary is missing, and with it MOA+12, the amount paid; DTM+203 and AJT stand out of their place';
const EMPTY = 'BEG holds nothing: no number, no purpose';

export const EXPLAINED: Readonly<Record<string, Explained>> = {
  '820/public/02-x12parser-scanaenergy.edi': both(NUMBERS),
  '820/public/05-x12parser-wikipedia.edi': invalid(NUMBERS),
  '820/public/17-loose-no-ent-bad-se.edi': missing('NM109 is left out: an id without its value'),
  '820/related/remadv-d96a-ean010-nonconforming.edi': missing(REMITTANCE),
  'edi/snippets/remadv-d96a-ean010-no-uns.edi': missing(REMITTANCE),
  'edi/BerryWorksSoftware+edireader/edifact/ORDERS-D01B-UNOD.edi': both(LOREM),
  'edi/BerryWorksSoftware+edireader/edifact/ORDERS-D01B-UNOE.edi': both(LOREM),
  'edi/Inteligenz+X12Parser/ORD/_820/Example2_ScanaEnergy.txt': both(NUMBERS),
  'edi/Koha-Community+Koha/t/edi_testfiles/ordrsp3.CEA': both(
    'names no order (RFF+ON), only lines of one; a typographic apostrophe stands for a terminator, so that two segments are one',
  ),
  'edi/Koha-Community+Koha/t/edi_testfiles/ordrsp4.CEA': missing('names no order (RFF+ON), only lines of one'),
  'edi/debian+libbusiness-edifact-interchange-perl/examples/2_BLSINV224768.CEI': balance(
    'PRI+AAA is net of the allowance that ALC tells again: MOA+86 adds up the lines of MOA+203, we take the allowance off once more',
  ),
  'edi/debian+libbusiness-edifact-interchange-perl/examples/invoice_example': both(
    'DTM+137 and DTM+131 hold six digits under format 102, which wants eight',
  ),
  'edi/indice-co+EDI.Net/Apperak edi_out_issue235.edi': missing(
    'BGM says neither kind nor verdict: there is no answer in it',
  ),
  'edi/indice-co+EDI.Net/x12.810a.edi': balance(
    'tells one charge twice, in its lines and again as their sum; TDS01 takes it once',
  ),
  'edi/indice-co+EDI.Net/x12.810c.edi': balance(
    'tells charges twice, in lines and as their sum, and TDS01 does not take the allowance off',
  ),
  'edi/indice-co+EDI.Net/x12.810d.edi': balance(
    'tells charges twice, in lines and as their sum, and TDS01 does not take the allowance off',
  ),
  'edi/xlate+staedi/x12/simple810.edi': balance(
    'its second invoice has the total of the first: 150 cases at 12.34 are 1851.00',
  ),
  'edi/indice-co+EDI.Net/x12.850.issue135.edi': {
    errors: ['map/balance-differs', 'map/value-invalid', 'map/value-required'],
    why: 'a DTM02 that is no day, and CTT01 counts a line more than there is',
  },
  'edi/indice-co+EDI.Net/x12.Issue172.edi': missing(EMPTY),
  'edi/indice-co+EDI.Net/x12.Issue91.edi': missing(EMPTY),
  'edi/kputnam+stupidedi/spec/fixtures/004010/SC832/fail/1.edi': balance('made to fail: CTT01 counts 329 of two'),
  'edi/kputnam+stupidedi/spec/fixtures/004010/SH856/fail/2.edi': {
    errors: ['map/balance-differs', 'map/parent-missing'],
    why: 'made to fail: HL02 names a level that is not there, and CTT01 counts one of two',
  },
};

/** Kinds of warnings samples may have, and why that is right. */
export const WARNINGS: Readonly<Record<string, string>> = {
  'map/code-unknown': 'a code of an industry or a version our tables have no word for: kept as it was sent, and told',
  'map/alternative-read': 'read from another place or under another code than we would write',
  'map/value-cut': 'a zone whose distance from Greenwich cannot be told (ET): the time is kept without it',
  'map/balance-differs':
    'a plain sum where the standard wants a hash total, or a count of something else: many senders do',
  'map/value-differs': 'another constant than the map writes: read all the same',
};

/** Versions of our messages we have no base map of. */
export const WITHOUT_A_MAP: Readonly<Record<string, string>> = {
  'edifact/096A/DESADV': 'UNH says 096A in the place of 96A',
  'edifact/D03B/INVOIC': 'a release we hold no tables of',
  'edifact/D03B/ORDERS': 'a release we hold no tables of',
  'edifact/D05A/REMADV': 'a release we hold no tables of',
  'edifact/D06A/REMADV': 'a release we hold no tables of',
  'edifact/D10A/ORDRSP': 'a release we hold no tables of',
  'edifact/D93A/INVOIC': 'a release we hold no tables of',
  'edifact/D96B/ORDERS': 'a release we hold no tables of',
  'edifact/D97A/INVOIC': 'a release we hold no tables of',
  'edifact/D97B/INVOIC': 'a release we hold no tables of',
  'x12/001010/820': 'GS08 of no release',
  'x12/002040/824': 'a release we hold no tables of',
  'x12/003010/820': 'a release we hold no tables of',
  'x12/003030/820': 'a release we hold no tables of',
  'x12/003060/856': 'a release we hold no tables of',
  'x12/003999/850': 'GS08 of no release',
  'x12/004030/810': 'tables, no base map: a company lays one over 004010',
  'x12/004060/820': 'a release we hold no tables of',
  'x12/005010/824': 'an implementation of health insurance (186); tables, no base map',
  'x12/005010/846': 'tables, no base map: a company lays one over 004010',
  'x12/21/945': 'GS08 of no release',
};
