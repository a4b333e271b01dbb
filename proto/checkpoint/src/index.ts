export { parseSidecarConfig, type SidecarConfig } from './config.js';
export { makeDevice, type Device, type DeviceOptions } from './device.js';
export { CheckpointError, type CheckpointErrorCode } from './errors.js';
export type { DeviceFiles, Environment } from './hub/device-credentials.js';
export { askForRoot, findPinnedRoot, pinRoot } from './package/pin-root.js';
export { sendReports, type SentReports } from './reports/send-reports.js';
export { verifyBatch } from './verify/batch.js';
export { parseAsked, type Asked } from './verify/checkpoint-request.js';
export { Gate, type AskHub } from './verify/gate.js';
