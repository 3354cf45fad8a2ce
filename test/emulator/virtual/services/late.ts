// Imported when the service runs.
export default 'late';
