import ssh2 from 'ssh2';

const { STATUS_CODE } = ssh2.utils.sftp;

/** Why an operation is not done, in the words of SFTP version 3; the text is for the partner's eyes and tells nothing of us. */
export class SftpRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'SftpRefusal';
    this.status = status;
  }
}

export const absent = (): SftpRefusal => new SftpRefusal(STATUS_CODE.NO_SUCH_FILE, 'No such file');
export const denied = (why = 'Permission denied'): SftpRefusal => new SftpRefusal(STATUS_CODE.PERMISSION_DENIED, why);
/** Version 3 has no code of its own for a full quota or a name that is taken. */
export const failed = (why: string): SftpRefusal => new SftpRefusal(STATUS_CODE.FAILURE, why);
