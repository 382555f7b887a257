/** Where the service and this page have a rubric. */

const joined = (parts) => parts.map(encodeURIComponent).join('/');

export const versionsPath = (id) => `/v1/rubrics/${joined([id])}/versions`;
export const versionPath = (id, version) => `/v1/rubrics/${joined([id, 'versions', version])}`;
export const exportPath = (id, version) => `/v1/rubrics/${joined([id])}/export?format=yaml&version=${encodeURIComponent(version)}`;
export const diffPath = (id, from, to) => `/v1/rubrics/${joined([id])}/diff?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`;
export const here = (...parts) => `#${joined(parts)}`;
