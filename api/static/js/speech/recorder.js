/** Recording from the microphone. */

import { Problem } from '../http.js';

const FORMATS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const SLICE_MS = 1000;

export const canRecord = () => Boolean(globalThis.MediaRecorder && navigator.mediaDevices?.getUserMedia);

/**
 * Begins to record.
 * @param {{onLevel?: (level: number) => void}} handlers `onLevel` gets how loud it is, 0 to 1.
 * @returns {Promise<{stop: () => Promise<Blob>, cancel: () => void}>}
 * @throws {Problem} There is no microphone, or it may not be used.
 */
export async function record({ onLevel = () => {} } = {}) {
  const stream = await microphone();
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
  const recorder = new MediaRecorder(stream, { mimeType });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const meter = watchLevel(stream, onLevel);
  const release = () => { meter.stop(); for (const track of stream.getTracks()) track.stop(); };
  const ended = new Promise((resolve) => { recorder.onstop = () => { release(); resolve(new Blob(parts, { type: recorder.mimeType })); }; });
  // In slices, so that a page that is closed midway has most of it in hand, and memory stays flat.
  recorder.start(SLICE_MS);
  return { stop: () => { recorder.stop(); return ended; }, cancel: () => { recorder.onstop = null; recorder.stop(); release(); } };
}

async function microphone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  } catch (error) {
    const refused = error.name === 'NotAllowedError' || error.name === 'SecurityError';
    throw refused
      ? new Problem('The microphone may not be used', 'Allow it in the settings of this page, or type the answer.')
      : new Problem('No microphone was found', 'Connect one, or type the answer.');
  }
}

function watchLevel(stream, onLevel) {
  const context = new AudioContext();
  const analyser = Object.assign(context.createAnalyser(), { fftSize: 512 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = requestAnimationFrame(function measure() {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    onLevel(Math.min(1, Math.sqrt(power) * 6));
    frame = requestAnimationFrame(measure);
  });
  return { stop: () => { cancelAnimationFrame(frame); context.close(); } };
}
