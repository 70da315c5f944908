/*
 * What the retailer writes, 004010, as its EDI department would keep it: text with holes. {names} are filled by `fill`, one line is one
 * segment, `*` and `>` stand for whatever delimiters the interchange uses.
 */
export const ORDER_850 = `
  BEG*00*SA*{number}**{orderedOn}
  CUR*BY*USD
  REF*DP*{department}
  REF*IA*{vendorNumber}
  PER*BD*{contact}*TE*{phone}
  FOB*PP
  ITD*01*3*****30
  DTM*010*{shipOn}
  TD5*O*2*{carrier}*M
  N9*L1*SHIPPING
  MSG*{note}
  N1*ST*{storeName}*92*{store}
  N3*{storeStreet}
  N4*{storeCity}*{storeState}*{storeZip}*US
  N1*BT*{billName}*92*{billId}
  N3*{billStreet}
  N4*{billCity}*{billState}*{billZip}*US
  {lines}
  CTT*{lineCount}*{hash}
`;

export const ORDER_850_LINE = `
  PO1*{line}*{quantity}*{unit}*{price}*PE*UP*{upc}*VN*{vendorItem}*IN*{buyerItem}
  PID*F*08***{description}
`;

export const CHANGE_860 = `
  BCH*04*SA*{number}**{change}*{orderedOn}*****{changedOn}
  {lines}
  CTT*{lineCount}
`;

/** QD: less of the line; 03 is the quantity from now on. */
export const CHANGE_860_LINE = `
  POC*{line}*QD*{quantity}*{quantity}*{unit}*{price}**UP*{upc}*VN*{vendorItem}*IN*{buyerItem}
`;

/** Three mistakes, for the gateway to find all: a day that does not exist, a quantity in words, an id without its number. */
export const BROKEN_850 = `
  BEG*00*SA*{number}**{badDay}
  CUR*BY*USD
  REF*DP*{department}
  N1*ST*{storeName}*92
  PO1*1*{badQuantity}*{unit}*{price}*PE*UP*{upc}
  CTT*1
`;

export const REMITTANCE_820 = `
  BPR*C*{amount}*C*ACH*CTX*01*{payerBank}*DA*{payerAccount}*{payerId}**01*{payeeBank}*DA*{payeeAccount}*{valueOn}
  TRN*1*{trace}*{payerId}
  CUR*PR*USD
  DTM*097*{valueOn}
  N1*PR*{payerName}*92*{billId}
  N1*PE*{payeeName}*92*{vendorNumber}
  ENT*1
  {items}
`;

export const REMITTANCE_820_ITEM = `
  RMR*IV*{invoice}*{action}*{paid}*{gross}
  REF*PO*{order}
  DTM*003*{invoicedOn}
  {adjustments}
`;

/** 04: damaged goods; CM: the number of the claim it follows from. */
export const REMITTANCE_820_KEPT = `
  ADX*-{kept}*04*CM*{claim}
`;

/** TR: refused. 010: the total is wrong; it stands in the first element, 610, of the invoice's TDS. */
export const REFUSAL_824 = `
  BGN*00*{advice}*{today}
  N1*FR*{buyerName}*92*{billId}
  N1*TO*{supplierName}*92*{vendorNumber}
  OTI*TR*IV*{invoice}***{today}**{group}*{set}*810
  TED*010*{reason}*TDS*{segment}*1*610*{found}*{wanted}
`;

/** A debit of which the buyer will keep back what it is over with its next payment; 04: damaged. */
export const CLAIM_812 = `
  BCD*{today}*{claim}*O*{cents}*D*{invoicedOn}*{invoice}**{orderedOn}*{order}*00**IV*{invoice}
  CUR*BY*USD
  N1*BY*{buyerName}*92*{billId}
  CDD*04*D*{line}*{cents}***{quantity}*EA**INV*{price}
  LIN**UP*{upc}*VN*{vendorItem}
`;

export const ACKNOWLEDGMENT_997 = `
  AK1*{functionalId}*{groupNumber}
  {sets}
  AK9*A*{count}*{count}*{count}
`;

export const ACKNOWLEDGMENT_997_SET = `
  AK2*{set}*{controlNumber}
  AK5*A
`;
