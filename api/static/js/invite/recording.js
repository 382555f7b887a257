/** Having a recording written down by the link of an invite. */

import { patient, recordingForm } from '../speech/transcription.js';

/** @param {Function} ask Talks to the service with the link's token. */
export const writtenDownBy = (ask) => (blob, _, signal) => ask('/transcriptions', { method: 'POST', body: recordingForm(blob), signal: patient(signal) });
