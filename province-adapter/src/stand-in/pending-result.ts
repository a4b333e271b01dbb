/** In a stand-in's store: a sample was taken and has no result yet. No local word: the local answer then leaves the result out. */
export const RESULT_PENDING = 'standin-pending';
