// Tests that race pinned threads against each other are in the collection Alone: nothing runs beside them. All others run three at a time,
// since many of them wait for a process.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
