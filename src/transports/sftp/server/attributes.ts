import type { Attributes, FileEntry } from 'ssh2';

/* What a partner sees of its mailbox: two folders, and files that belong to nobody in particular. */
const folderMode = 0o040750;
const fileMode = 0o100640;

const attributesOf = (mode: number, byteLength: number, modifiedS: number): Attributes => ({
  mode,
  uid: 0,
  gid: 0,
  size: byteLength,
  atime: modifiedS,
  mtime: modifiedS,
});

export const folderAttributes = (nowS: number): Attributes => attributesOf(folderMode, 0, nowS);
export const fileAttributes = ({
  byteLength,
  modifiedS,
}: {
  readonly byteLength: number;
  readonly modifiedS: number;
}): Attributes => attributesOf(fileMode, byteLength, modifiedS);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A line as `ls -l` has it: some clients read nothing else. */
export function entryOf(filename: string, attrs: Attributes): FileEntry {
  const at = new Date(attrs.mtime * 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  const rights = (attrs.mode & 0o170000) === 0o040000 ? 'drwxr-x---' : '-rw-r-----';
  return {
    filename,
    longname: `${rights}    1 partner  partner  ${String(attrs.size).padStart(12)} ${date} ${filename}`,
    attrs,
  };
}
