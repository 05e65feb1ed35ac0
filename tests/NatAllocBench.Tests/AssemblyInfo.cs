// Tests that race pinned threads against each other are in the collection Alone: nothing runs beside them. All others run two at a time.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: TestCollectionOrderer("NatAllocBench.Tests.LongestFirst", "NatAllocBench.Tests")]
