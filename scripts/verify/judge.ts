import type { v1 } from '@health-code/messages';

/** Who decides about what is shown: the hub, or the package kept here. */
export interface Judge {
  verifyCode(request: v1.IVerifyCodeRequest): Promise<v1.VerifyCodeResponse>;
  verifyBatch(request: v1.IVerifyBatchRequest): Promise<v1.VerifyBatchResponse>;
}
